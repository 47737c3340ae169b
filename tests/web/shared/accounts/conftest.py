from tests.web.site.conftest import chromium

__all__ = ["chromium"]
