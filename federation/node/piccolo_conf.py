"""What Piccolo's own tools look for: the engine of this project. The apps of a node are chosen by `migrate()`."""

from piccolo.conf.apps import AppRegistry

from federation.node.database import proxy

DB = proxy
APP_REGISTRY = AppRegistry(apps=[])
