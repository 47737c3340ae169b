"""The real servers (Elasticsearch, PostgreSQL, Valkey) as child processes of one machine.

For the demo and the tests: loopback only, data under one folder, nothing left running.
May touch settings only, and the folder `.local/` of the clone.
"""
