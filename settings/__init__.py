"""Every setting of the product, typed, in one place, read from the environment.

Touches nothing of ours: the other rooms import this one. The same variables drive the local
servers, the tests and Docker.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PARIS = ZoneInfo("Europe/Paris")
"""Civil rules ("today", weekdays, deadlines) follow this zone; what is stored is UTC."""


class Settings(BaseSettings):
    """One field for each environment variable, under the same name in capitals.

    What holds a password is left out of the representation, which ends up in tracebacks and logs.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = Field("", repr=False, description="PostgreSQL of the registry, as a libpq URL")
    elasticsearch_url: str = Field("", description="Elasticsearch, for example an http address and port")
    redis_url: str = Field("", repr=False, description="Valkey or Redis: rate limits; never needed for correctness")

    index_prefix: str = Field("ribambelle", pattern=r"^[a-z][a-z0-9-]{0,40}$", description="Starts every index name")
    secret_key: str = Field("", repr=False, description="Signs cursors; the demo makes its own, others must set it")
    ready_max_lag_s: float = Field(60, gt=0, description="/readyz is 503 when the index is further behind, in seconds")
    request_timeout_s: float = Field(5, gt=0, description="A search that takes longer is answered by a 503")
    fiche_limit: int = Field(60, ge=1, description="Fiches of assistants maternels one client may read in a window")
    fiche_window_s: int = Field(600, ge=1, description="Length of that window, in seconds")
    trusted_proxies: str = Field("", description="Addresses, comma-separated, whose X-Forwarded-For is believed")

    tile_url: str = Field("", description="Map tiles, with {z}/{x}/{y}; empty: our own contours only")
    tile_attribution: str = Field("", description="Shown on the map when tile_url is set")


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once. Raises pydantic's ValidationError on a bad value."""
    return Settings()
