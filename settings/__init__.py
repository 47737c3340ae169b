"""Every setting of the product, typed, in one place, read from the environment.

Touches nothing of ours: the other rooms import this one. The same variables drive the local
servers, the tests and Docker.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings import keys
from settings.keys import Keys

PARIS = ZoneInfo("Europe/Paris")
"""Civil rules ("today", weekdays, deadlines) follow this zone; what is stored is UTC."""


class Settings(BaseSettings):
    """One field for each environment variable, under the same name in capitals.

    What holds a password is left out of the representation, which ends up in tracebacks and logs.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = Field("", repr=False, description="PostgreSQL of the registry, as a libpq URL")
    elasticsearch_url: str = Field(
        "",
        repr=False,
        description="Elasticsearch: http or https, a user and password if it wants them, a host and port; several with"
        " commas (settings/engine.py)",
    )
    elasticsearch_ca: str = Field(
        "", description="File of the only authorities (PEM) that may sign its certificates; empty: those of the system"
    )
    elasticsearch_api_key: str = Field("", repr=False, description="Its API key, encoded, in place of a password")
    redis_url: str = Field("", repr=False, description="Valkey or Redis: rate limits and the queue of tasks")

    index_prefix: str = Field("ribambelle", pattern=r"^[a-z][a-z0-9-]{0,40}$", description="Starts every index name")
    index_shards: int = Field(1, ge=1, le=64, description="Shards of a new index of offers; see docs/indexer.md")
    index_replicas: int = Field(0, ge=0, le=8, description="Copies of each shard, on other nodes")
    indexer_timeout_s: float = Field(30, gt=0, description="The indexer gives up a call to Elasticsearch after this")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of /metrics, of the site or an indexer; 0: none")
    metrics_host: str = Field("127.0.0.1", description="Address that /metrics listens on")
    secret_key: str = Field(
        "",
        repr=False,
        description="What every other key is derived from (settings/keys.py): 32 random characters at least; several"
        " with commas, the first is the newest; the demo makes its own",
    )
    ready_max_lag_s: float = Field(60, gt=0, description="/readyz is 503 when the index is further behind, in seconds")
    request_timeout_s: float = Field(5, gt=0, description="A search that takes longer is answered by a 503")
    fiche_limit: int = Field(60, ge=1, description="Fiches of assistants maternels one client may read in a window")
    fiche_window_s: int = Field(600, ge=1, description="Length of that window, in seconds")
    contacts_floor: int = Field(
        1_000, ge=1, description="Fiches with a contact that all clients together may read on any day, as a usual one"
    )
    contacts_factor: float = Field(
        3,
        gt=0,
        allow_inf_nan=False,
        description="So many usual days on one day are far too many: an alarm, and slow answers until midnight",
    )
    contacts_pause_s: float = Field(
        5, ge=0, le=20, allow_inf_nan=False, description="How much later a fiche with a contact is answered then"
    )
    rate_limit: int = Field(
        3_000,
        ge=1,
        description="Units one client may spend in a window on pages, API and widget: a suggestion is 1, a page 2, a"
        " search with its map 8, with days ticked 33 (search_api/http/costs.py, web/core/costs.py)",
    )
    rate_window_s: int = Field(60, ge=1, description="Length of that window, in seconds")
    trusted_proxies: str = Field(
        "", description="Whose X-Forwarded-For is believed: addresses and networks (CIDR), comma-separated"
    )
    most_connections: int = Field(
        800, ge=8, description="Open connections of the site's process; one client may hold an eighth of them"
    )

    slow_query_s: float = Field(
        1, gt=0, description="A search that takes longer is logged, without what was searched for"
    )
    geocoder_url: str = Field(
        "", description="Streets and stations: the search address of a geocoder with the BAN's API; empty: none"
    )
    geocoder_timeout_s: float = Field(0.8, gt=0, description="An address that takes longer to find is left out")

    site_url: str = Field(
        "http://127.0.0.1:8000", description="The site's own address, as mails link to it; https outside a test"
    )
    demo: bool = Field(False, description="Everything entered is fictitious and says so; the demo's own keys are taken")
    document_keys: str = Field(
        "",
        repr=False,
        description="Encrypt copies of agréments: Fernet keys with commas, the first encrypts, all decrypt",
    )
    identity_url: str = Field("", description="The national identity system's address; empty: it is never at hand")
    identity_token: str = Field("", repr=False, description="Bearer token of that service, if it wants one")
    identity_timeout_s: float = Field(3, gt=0, description="A check of an identity that takes longer comes later")
    oidc_issuer: str = Field("", description="OpenID Connect: the provider's issuer address; empty: none")
    oidc_client_id: str = Field("", description="What the provider knows this site by")
    oidc_client_secret: str = Field("", repr=False, description="The secret that goes with it")
    oidc_name: str = Field("FranceConnect", description="The provider's name on the sign-in page")

    smtp_url: str = Field(
        "", repr=False, description="Sends mail: smtp(s)://user:password@host:port; empty: none is sent"
    )
    mail_from: str = Field("ribambelle@localhost", description="Sender of every mail")
    relay_domain: str = Field(
        "reponses.localhost",
        description="Answers between parents and assistants maternels go to addresses of this domain",
    )
    relay_host: str = Field("127.0.0.1", description="Address that the server for those answers listens on")
    relay_port: int = Field(2525, ge=1, le=65535, description="Its port; a mail server in front of it sends them there")
    operator_mails: str = Field("", description="Who is told of refused documents: addresses, comma-separated")
    operator_name: str = Field("", description="Who runs the site, as the legal notice and the privacy page name them")
    operator_contact: str = Field("", description="Where people write about their data, errors and accessibility")
    operator_host: str = Field("", description="Who hosts the site: name, address, telephone, for the legal notice")

    tile_url: str = Field("", description="Map tiles of another host, with {z}, {x} and {y}; see docs/map.md")
    pmtiles_path: str = Field(
        "",
        description="File of vector tiles (PMTiles) that the site serves itself, in place of tile_url; empty with that:"
        " our own contours only",
    )
    tile_attribution: str = Field(
        "", description="Whose map it is, as every map says; of pmtiles_path by default what the file says"
    )

    @property
    def keys(self) -> Keys:
        """One key for each purpose. Raises settings.keys.WeakKey."""
        return keys.read(self.secret_key, demo=self.demo)


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once. Raises pydantic's ValidationError on a bad value."""
    return Settings()
