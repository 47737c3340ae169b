"""Changes that Elasticsearch refused for good: kept with their document and the reason, so that none is lost."""

from collections.abc import Iterable

from indexer.bulk import Refused
from registry.database import Connection


def keep(conn: Connection, refused: Iterable[Refused]) -> None:
    """Record the refusals; a newer one of the same document takes the older one's place."""
    for each in refused:
        conn.execute(
            "insert into dead_letter (index, id, seq, reason, document)"
            " select index, %(id)s, %(seq)s, %(reason)s, %(document)s from index_generation where name = %(name)s"
            " on conflict (index, id) do update set seq = excluded.seq, reason = excluded.reason,"
            " document = excluded.document, at = excluded.at",
            {
                "id": each.write.id,
                "seq": each.write.version,
                "reason": each.reason,
                "document": each.write.document and each.write.document.decode(),
                "name": each.write.target,
            },
        )
