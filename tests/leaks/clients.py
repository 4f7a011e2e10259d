"""A client for each kind of credential, and what it reads; each source stands behind a relay."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot.demo import (
    ads,
    anthropic,
    bigquery,
    ga4,
    google,
    googleads,
    linkedinads,
    looker,
    metaads,
    sheets,
    shop,
    snowflake,
)
from bot.demo.shop import USER
from bot.kinds import KINDS
from tests import postgresql
from tests.leaks.canaries import Canaries
from tests.leaks.relay import Relay
from tests.stores.aws import REGION, AwsDouble
from tests.stores.gcp import SecretsDouble
from tests.stores.vault import VaultDouble

PROJECT, ROBOT = "leaky-analytics", "reports@leaky-analytics.example"
PROPERTY, SPREADSHEET, ACCOUNT, OWNER = (
    "1001",
    "1AbcTargets_of-Leaky0123456789",
    "1234567890",
    "9876543210",
)
_TODAY = datetime.now(UTC).date()
_DAYS = tuple(_TODAY + timedelta(days=number) for number in range(-9, 30))
"""Around the bot's Monday."""
_READER = """
CREATE ROLE {name} LOGIN PASSWORD '{password}';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}
"""
_WHOLE = (
    "{path: orders, query: {from: '{period_start}', to: '{period_end}'}, rows: $.orders, "
    "columns: {revenue: $.amount}, sum: [revenue], count: orders}"
)
_SPEND = "{level: account, names: {impressions: orders}}"
_FILE = """\
name: Client of {name}
channel: {channel}
stage: live
timezone: Europe/Paris
{stores}sources:
  main: {{{source}}}
reports:
  daily:
    title: Daily figures
    schedule: {{cron: "0 6 * * *"}}
    period: day
    compare: none
    history: 1
    queries:
      counted: {{source: main, {asks}}}
    metrics:
      orders: {{unit: count, expect: none, from: counted.{column}}}
{narrative}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One client."""

    name: str
    source: str
    """Its settings, beside the credential."""
    asks: str
    text: str = field(repr=False)
    """Its credential."""
    column: str = "orders"
    """What of the answer is reported."""
    reference: str = "local://key"
    stores: str = ""
    base: str = field(default="", repr=False)
    """What its store is signed in to with."""
    model: str = field(default="", repr=False)
    """Its own model key."""

    def write(self, clients: Path, channel: str) -> None:
        """Write its folder."""
        folder = clients / self.name
        folder.mkdir(parents=True)
        narrative = "narrative: {model: claude-haiku-5-5, credential: local://model}"
        text = _FILE.format(
            name=self.name,
            channel=channel,
            stores=self.stores,
            source=f"{self.source}, credential: '{self.reference}'",
            asks=self.asks,
            column=self.column,
            narrative=f"    {narrative}\n" if self.model else "",
        )
        (folder / "client.yaml").write_text(text, "utf-8")
        kind = self.source.removeprefix("kind: ").partition(",")[0]
        mark = KINDS[kind].mark or ""
        sql = f"SELECT count(*) AS orders FROM orders WHERE day >= {mark}period_start\n"
        (folder / "orders.sql").write_text(sql, "utf-8")


class World:
    """All doubles, each behind its relay."""

    def __init__(self, stack: ExitStack, canaries: Canaries) -> None:
        self._stack = stack
        self._canaries = canaries
        self.relays: dict[str, Relay] = {}
        """Name in REPORTOPS_DOUBLES → relay."""
        self.accounts = stack.enter_context(google.GoogleDouble())
        self.model = stack.enter_context(anthropic.Double(key="sk-ant-" + secrets.token_hex(24)))
        self.relay("anthropic", self.model.url)
        self.sign_in = self.relay("sign_in", self.accounts.url)
        self.shop = stack.enter_context(shop.ShopDouble())
        self.relay("http_json", self.shop.url)
        self.vault = stack.enter_context(VaultDouble())

    def relay(self, name: str, to: str, *, canaries: Canaries | None = None) -> Relay:
        """Stand before a double; the tokens that come by are canaries too, or those given."""
        made = self._stack.enter_context(Relay(to, canaries=canaries or self._canaries))
        self.relays[name] = made
        return made

    def settings(self) -> Mapping[str, str]:
        """What tells the bot of them."""
        own = {"anthropic", "sign_in", "bigquery"}
        doubles = [f"{name}={one.url}" for name, one in self.relays.items() if name not in own]
        hosts = [one.host for one in self.relays.values()]
        return {
            "REPORTOPS_DOUBLES": ",".join(doubles),
            "REPORTOPS_EGRESS_PRIVATE": ",".join(hosts),
            "ANTHROPIC_BASE_URL": self.relays["anthropic"].url,
            "BIGQUERY_EMULATOR_HOST": self.relays["bigquery"].url,
        }

    def key(self, project: str = PROJECT, *, person: bool = False) -> dict[str, str]:
        """A Google credential, which signs in behind a relay as well."""
        make = self.accounts.authorized_user if person else self.accounts.service_account
        return {**make(ROBOT, project), "token_uri": self.sign_in.url}

    def clients(self) -> Iterator[One]:
        """One client for each kind of credential, all sealed; and one for each store."""
        yield from self._googles()
        yield from self._platforms()
        yield from self._apis()
        yield from self._snowflakes()
        yield from self._stores()

    def _googles(self) -> Iterator[One]:
        warehouse = self._stack.enter_context(bigquery.BigQueryDouble(self.accounts))
        self.relay("bigquery", warehouse.url)
        analytics = self._stack.enter_context(ga4.Ga4Double(self.accounts))
        analytics.property(
            ga4.Property(
                number=PROPERTY,
                project=PROJECT,
                name="Leaky",
                zone="Europe/Paris",
                currency="EUR",
                sites=("https://leaky.example",),
            )
        )
        analytics.load(PROPERTY, [{"date": str(one), "sessions": 70} for one in _DAYS])
        self.relay("ga4", analytics.url)
        plan = self._stack.enter_context(sheets.SheetsDouble(self.accounts))
        plan.share(SPREADSHEET, PROJECT, title="Targets")
        plan.fill(SPREADSHEET, "Targets!A1:B9", cells=(("Day", "Orders"), (46342, 7)))
        self.relay("google_sheets", plan.url)
        for name in ("account", "person"):
            project = f"{PROJECT}-{name}"
            warehouse.load(project, "shop", "orders", "SELECT DATE '2026-11-16' AS day")
            yield One(
                name=f"bigquery-{name}",
                source=f"kind: bigquery, project: {project}, dataset: shop, location: EU",
                asks="sql: orders.sql",
                text=json.dumps(self.key(project, person=name == "person")),
            )
        yield One(
            name="ga4",
            source=f'kind: ga4, property: "{PROPERTY}"',
            asks="request: {metrics: [sessions]}",
            column="sessions",
            text=json.dumps(self.key(person=True)),
        )
        yield One(
            name="sheets",
            source=f"kind: google_sheets, spreadsheet: {SPREADSHEET}",
            asks="request: {range: 'Targets!A1:B9', sum: [orders]}",
            text=json.dumps(self.key()),
        )

    def _platforms(self) -> Iterator[One]:
        developer, token, app, other = (secrets.token_urlsafe(24) for _ in range(4))
        people = googleads.GoogleAdsDouble(self.accounts, developer_token=developer)
        people.readers.add(ROBOT)
        meta, linked = (
            metaads.MetaAdsDouble(token, secret=app),
            linkedinads.LinkedinAdsDouble(other),
        )
        days = tuple(
            ads.Day(
                day=one,
                campaign="11",
                name="Brand",
                spend=Decimal(10),
                impressions=100,
                clicks=5,
                conversions=1,
                value=Decimal(20),
            )
            for one in _DAYS
        )
        for name, double in (("google_ads", people), ("meta_ads", meta), ("linkedin_ads", linked)):
            self._stack.enter_context(double)
            double.add(ads.Account(id=ACCOUNT, name="Leaky", owner=OWNER, days=days))
            self.relay(name, double.url)
        texts = {
            "google_ads, customer: 123-456-7890, login_customer: 987-654-3210": {
                **self.key(),
                "developer_token": developer,
            },
            f"meta_ads, account: act_{ACCOUNT}": {"access_token": token, "app_secret": app},
            f"linkedin_ads, account: '{ACCOUNT}'": linked.grant,
        }
        for source, text in texts.items():
            yield One(
                name=source.partition(",")[0].replace("_", "-"),
                source=f"kind: {source}",
                asks=f"request: {_SPEND}",
                text=json.dumps(text),
            )

    def _apis(self) -> Iterator[One]:
        instance = self._stack.enter_context(looker.LookerDouble())
        self.relay("looker", instance.url)
        fields = "{explore: orders, fields: [orders.count]}"
        yield One(
            name="looker",
            source=f"kind: looker, url: https://leaky.cloud.looker.com, model: {looker.MODEL}",
            asks=f"request: {{query: {fields}, period_filter: orders.created_date}}",
            column="orders_count",
            text=json.dumps(instance.key()),
        )
        for auth in ("bearer", "basic", "header", "query"):
            key = self.shop.key()
            name = {"header": ", auth_name: X-Api-Key", "query": ", auth_name: key"}.get(auth, "")
            yield self.api(
                auth,
                f"{auth}{name}",
                text=json.dumps({"user": USER, "password": key}) if auth == "basic" else key,
            )

    def api(self, name: str, auth: str, *, text: str) -> One:
        """A client of the shop's API; the one that signs in plainly has a model key of its own."""
        return One(
            name=f"http-{name}",
            source=f"kind: http_json, url: https://{name}.leaky.example/v1, auth: {auth}",
            asks=f"request: {_WHOLE}",
            text=text,
            model=self.model.key if name == "bearer" else "",
        )

    def _snowflakes(self) -> Iterator[One]:
        account = self._stack.enter_context(snowflake.SnowflakeDouble())
        account.load("orders", "SELECT DATE '2026-11-16' AS day")
        self.relay("snowflake", account.url)
        for method in ("private_key", "token", "oauth_token", "password"):
            named = method.replace("_", "-")
            text = account.user(f"READER_{method.upper()}", method)
            yield One(
                name=f"snowflake-{named}",
                source=f"kind: snowflake, account: leaky-{named}, warehouse: REPORTS, role: READER",
                asks="sql: orders.sql",
                text=json.dumps(text),
            )

    def postgres(self, server: postgresql.Server) -> One:
        """A client of a real database."""
        server.fill({"orders": "SELECT DATE '2026-11-16' AS day"})
        password, reader = secrets.token_urlsafe(24), f"leaky{secrets.token_hex(4)}"
        with server.own() as owner:
            owner.execute(_READER.format(name=reader, password=password).encode())
        settings = f"host: localhost, port: {server.port}, database: {postgresql.DATABASE}"
        return One(
            name="postgres",
            source=f"kind: postgres, {settings}, user: {reader}, ca: ca.pem",
            asks="sql: orders.sql",
            text=f"postgresql://{reader}:{password}@localhost:{server.port}/{postgresql.DATABASE}",
        )

    def _stores(self) -> Iterator[One]:
        cloud = self._stack.enter_context(AwsDouble())
        lent = self._stack.enter_context(SecretsDouble(self.accounts))
        for name, url in (("vault", self.vault.url), ("aws-sm", cloud.url), ("gcp-sm", lent.url)):
            self.relay(name, url)
        keys = {name: self.shop.key() for name in ("env", "vault", "aws", "gcp")}
        self.vault.put("secret/leaky/shop", key=keys["vault"])
        secret_id = self.vault.approle("leaky-role", read="secret/data/leaky/*")
        named = f"leaky/{secrets.token_hex(4)}"  # moto's accounts are the whole process's
        cloud.put(named, keys["aws"])
        access = cloud.access_key("leaky")
        role = cloud.role("leaky", trusts=access, path="leaky/")
        own, secret = "leaky@agency.iam.gserviceaccount.com", "projects/agency/secrets/leaky"
        lent.lend(own, to=ROBOT)
        lent.allow(own, "read", name=secret)
        lent.put(secret, keys["gcp"])
        at = "https://vault.leaky.example:8200"
        stores = {
            "env": ("env://LEAKY_SHOP", "", ""),
            "vault": (
                "vault://secret/leaky/shop#key",
                f"vault: {{url: '{at}', role_id: leaky-role, secret_id: local://base}}",
                secret_id,
            ),
            "aws": (
                f"aws-sm://{named}",
                f"aws: {{region: {REGION}, role: '{role}', credential: local://base}}",
                access,
            ),
            "gcp": (
                f"gcp-sm://{secret}",
                f"gcp: {{impersonate: {own}, credential: local://base}}",
                json.dumps(self.key()),
            ),
        }
        for name, of in stores.items():
            yield self._stored(name, of, text=keys[name])

    def _stored(self, name: str, of: tuple[str, str, str], *, text: str) -> One:
        """A client whose key is in a store: its reference, its store's section, what signs in."""
        reference, section, base = of
        return replace(
            self.api(name, "bearer", text=text),
            reference=reference,
            stores=f"stores:\n  {section}\n" if section else "",
            base=base,
        )
