"""What runs by itself at its hour: the Celery app, its schedule and its tasks; it also sends the mails that wait.

It may touch settings, domain, registry, indexer and search_api. Valkey only says when: what must not be lost waits in
the registry, and whatever the schedule missed is caught up with.
"""
