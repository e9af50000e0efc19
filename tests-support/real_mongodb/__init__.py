"""A real MongoDB for tests: never a mock, ended with the run, and a failure rather than a skip when there is none.

The fixtures ``mongodb_url``, ``mongodb_replica_set_url`` and ``mongodb_database`` are there for every test (see ``plugin``).
Where the server comes from, the first that applies:

1. ``TUPLI_TEST_MONGODB_URL``: a server that runs already. Tests make and drop databases of their own names in it.
2. Docker, where its engine answers: a container of the image that deployments use.
3. ``mongod`` on the PATH.
4. The ``mongod`` of the development wheel that the test environments install on Linux (x86-64).
"""

from real_mongodb.local import LocalMongod, connect, find_mongod
from real_mongodb.sources import NoMongoDBError, replica_set, standalone

__all__ = ["LocalMongod", "NoMongoDBError", "connect", "find_mongod", "replica_set", "standalone"]
