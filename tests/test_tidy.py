"""The shape of the code, checked: sizes, purity, roles, arrows, names, and files nobody uses.

The numbers are tripwires that ask for a second look, from the project's style. Arrows between packages that the import
linter cannot say exactly ("only these two parts of federation") are checked here, from the same import graph.
"""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from marketplace.cli.commands.test import SUITES
from tests.conftest import SUITES_BY_MARK

ROOT = Path(__file__).parent.parent
PACKAGES = ("federation", "shops", "search", "payouts", "marketplace")

MODULE_LINES_MAX = 500
MODULE_LINES_USUAL = 300
MODULES_USUAL_SHARE = 0.9
FUNCTION_LINES_MAX = 70
NESTING_MAX = 3

FORBIDDEN_NAMES = re.compile(r"^(utils?|misc|common|helpers?|managers?)$|_(utils?|manager)$")
ROLE_FILES = ("store", "tables", "service", "handlers", "http", "tasks")

PURE_FOLDERS = ("federation/vocabulary/", "federation/documents/", "federation/log/", "federation/conversations/")
PURE_FILES = (
    "federation/limits.py",
    "federation/archive/form.py",
    "federation/archive/history.py",
    "federation/archive/sealing.py",
    "search/query.py",
    "search/analysis.py",
    "search/documents.py",
    "search/ranking.py",
    "search/lexicon.py",
    "search/regions.py",
    "search/prices.py",
    "marketplace/listings/views.py",
    "marketplace/orders/views.py",
)
PURE_EXCEPT = ("federation/vocabulary/ids.py",)
"""Makes fresh identifiers for the edges; kept beside the form of identifiers on purpose."""

IMPURE_MODULES = frozenset(
    [
        "aiohttp",
        "asyncio",
        "asyncpg",
        "celery",
        "httpx",
        "litestar",
        "logging",
        "os",
        "pathlib",
        "piccolo",
        "random",
        "redis",
        "requests",
        "secrets",
        "shutil",
        "socket",
        "structlog",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
    ]
)
IMPURE_CALLS = frozenset(
    {"open", "print", "input", "now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "urandom", "getenv"}
)
SQL_CALLS = frozenset({"fetch", "fetch_one", "fetch_value", "execute"})


@functools.cache
def files(*endings: str) -> tuple[str, ...]:
    """Tracked files, and new ones that are not ignored, by ending."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(name for name in sorted(set(listed)) if name.endswith(endings) and (ROOT / name).is_file())


def sources() -> tuple[str, ...]:
    """The modules of the five packages."""
    return tuple(name for name in files(".py") if name.split("/")[0] in PACKAGES)


@functools.cache
def text(name: str) -> str:
    return (ROOT / name).read_text()


@functools.cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), filename=name)


@functools.cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def role(name: str) -> str:
    """The role a file plays by its own name or by the folder of that name it lies in."""
    parts = name.removesuffix(".py").split("/")
    return next((part for part in reversed(parts) if part in ROLE_FILES), "")


def migration(name: str) -> bool:
    return "/piccolo_migrations/" in name


def arrows() -> Iterator[tuple[str, str]]:
    """Every direct import between modules of ours."""
    for importer in sorted(graph().modules):
        for imported in sorted(graph().find_modules_directly_imported_by(importer)):
            yield importer, imported


def within(module: str, *parents: str) -> bool:
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def test_modules_are_short() -> None:
    """No module is over 500 lines, and nine in ten are under 300."""
    lengths = {name: len(text(name).splitlines()) for name in files(".py") if not migration(name)}
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES_MAX} == {}
    long = sorted(name for name, length in lengths.items() if length >= MODULE_LINES_USUAL)
    assert len(long) <= (1 - MODULES_USUAL_SHARE) * len(lengths), long


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_are_short() -> None:
    """No function is over 70 lines."""
    found = [
        f"{name}:{node.lineno} {node.name} has {(node.end_lineno or node.lineno) - node.lineno + 1} lines"
        for name in files(".py")
        if not migration(name)
        for node in functions(name)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert found == []


BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)


def depth(node: ast.AST, chained: ast.AST | None = None) -> int:
    """How deep branches and loops stand inside one another; `elif` is no level of its own, nor is `with`."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        link = child.orelse[0] if isinstance(child, ast.If) and len(child.orelse) == 1 else None
        own = int(isinstance(child, BLOCKS) and child is not chained)
        deepest = max(deepest, own + depth(child, link if isinstance(link, ast.If) else None))
    return deepest


def test_functions_are_shallow() -> None:
    """No function nests more than three branches or loops."""
    found = [
        f"{name}:{node.lineno} {node.name} is {depth(node)} deep"
        for name in files(".py")
        for node in functions(name)
        if depth(node) > NESTING_MAX
    ]
    assert found == []


def test_names_say_something() -> None:
    """No module or folder is called utils, misc, common, helpers or manager."""
    found = [name for name in files(".py") if any(FORBIDDEN_NAMES.search(part) for part in name[:-3].split("/"))]
    assert found == []


def pure(name: str) -> bool:
    in_domain = name.split("/", maxsplit=1)[0] in PACKAGES and "/domain/" in name
    return name not in PURE_EXCEPT and (in_domain or name.startswith(PURE_FOLDERS) or name in PURE_FILES)


def impurities(name: str) -> Iterator[str]:
    for node in ast.walk(tree(name)):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if within(each.name, *IMPURE_MODULES))
            case ast.ImportFrom(module=str(module)) if within(module, *IMPURE_MODULES):
                yield module
            case ast.Await() | ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith():
                yield type(node).__name__
            case ast.Call(func=ast.Name(id=called)) | ast.Call(func=ast.Attribute(attr=called)) if (
                called in IMPURE_CALLS
            ):
                yield f"{called}()"
            case _:
                continue


def test_the_core_is_pure() -> None:
    """Pure folders and every domain/ await nothing, read no clock, draw no random number, touch no file or socket."""
    found = [f"{name}: {what}" for name in sources() if pure(name) for what in impurities(name)]
    assert found == []


def test_the_core_imports_only_the_core() -> None:
    """A pure module of ours imports pure modules and errors only, so that it stays pure through what it uses."""
    modules = {module_of(name) for name in sources() if pure(name)}
    allowed = modules | {module_of(name) for name in PURE_EXCEPT}
    found = [
        f"{importer} imports {imported}"
        for importer, imported in arrows()
        if importer in modules and imported not in allowed and not imported.endswith((".errors", ".ports"))
    ]
    assert found == []


def test_queries_stand_in_stores() -> None:
    """Tables and SQL are touched by stores, migrations and other tables only."""
    found = []
    for name in sources():
        if role(name) in {"store", "tables"} or migration(name) or name.startswith("federation/node/"):
            continue
        if name.endswith("/piccolo_app.py"):
            continue
        for node in ast.walk(tree(name)):
            match node:
                case ast.ImportFrom(module=str(module)) if module.split(".")[-1] == "tables" and within(
                    module, *PACKAGES
                ):
                    found.append(f"{name}:{node.lineno} imports {module}")
                case ast.ImportFrom(module="federation.node.database", names=names):
                    used = sorted({each.name for each in names} & SQL_CALLS)
                    found += [f"{name}:{node.lineno} imports {each}" for each in used]
                case ast.Attribute(value=ast.Name(id="database"), attr=attr) if attr in SQL_CALLS:
                    found.append(f"{name}:{node.lineno} calls database.{attr}")
                case _:
                    continue
    assert found == []


def test_tables_know_nothing_of_ours() -> None:
    """tables.py imports the engine proxy and other tables, nothing else of ours."""
    tables = {module_of(name) for name in sources() if role(name) == "tables" and not migration(name)}
    allowed = tables | {"federation.node.database", "federation.node.transactions"}
    found = [
        f"{importer} imports {imported}"
        for importer, imported in arrows()
        if importer in tables - allowed and imported not in allowed
    ]
    assert found == []


def test_services_speak_no_http() -> None:
    """Service modules import no web framework and build no adapter."""
    services = [name for name in sources() if role(name) == "service"]
    found = [
        f"{name}:{node.lineno} imports {module}"
        for name in services
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom) and (module := node.module or "")
        if within(module, "litestar", "granian", "celery") or ".adapters" in module
    ]
    assert found == []


def test_errors_know_no_status_codes() -> None:
    """errors.py names refusals; which HTTP status each becomes is one table elsewhere."""
    found = [
        f"{name}:{node.lineno} {node.value}"
        for name in sources()
        if name.endswith("/errors.py")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and 400 <= node.value < 600
    ]
    assert found == []


def test_no_imports_go_in_circles() -> None:
    """Leaving out modules that import nothing left, again and again, leaves none: there is no cycle."""
    importing: dict[str, set[str]] = {}
    for importer, imported in arrows():
        importing.setdefault(importer, set()).add(imported)
    while free := {target for targets in importing.values() for target in targets} - importing.keys():
        importing = {name: rest for name, targets in importing.items() if (rest := targets - free)}
    assert importing == {}


def test_search_and_payouts_use_vocabulary_and_node_only() -> None:
    """Of federation, search and payouts know the words all nodes share and the node kit, not the protocol."""
    found = [
        f"{importer} imports {imported}"
        for importer, imported in arrows()
        if within(importer, "search", "payouts") and within(imported, "federation")
        if not within(imported, "federation.vocabulary", "federation.node")
    ]
    assert found == []


def test_the_hub_knows_boutiques_only_through_the_protocol() -> None:
    """In marketplace only the command line and the demo import shops; only the command line imports conformance."""
    found = [
        f"{importer} imports {imported}"
        for importer, imported in arrows()
        if within(importer, "marketplace") and not within(importer, "marketplace.cli", "marketplace.demo")
        if within(imported, "shops", "federation.conformance", "marketplace.cli", "marketplace.demo")
    ]
    assert found == []


def test_nothing_else_lies_at_the_top() -> None:
    """The top level holds the five packages, tests, benchmarks, documents and the files that start things."""
    allowed = {
        *PACKAGES,
        *["tests", "benchmarks", "docs", "pyproject.toml", "requirements.lock", "requirements-dev.lock", "galleria"],
        *[
            "docker-compose.yml",
            "Dockerfile",
            "README.md",
            "ARCHITECTURE.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "LICENSE",
        ],
    }
    top = {name.split("/")[0] for name in files("")}
    assert {name for name in top if not name.startswith(".")} - allowed == set()


def test_tests_mirror_the_code() -> None:
    """Each folder of tests below a package's name has a folder of code of the same path."""
    found = {
        folder
        for name in files(".py")
        if name.startswith("tests/") and name.split("/")[1] in PACKAGES
        for folder in ["/".join(name.split("/")[1:-1])]
        if not (ROOT / folder).is_dir() and not (ROOT / f"{folder}.py").is_file()
    }
    assert found == set()


def test_every_test_says_what_must_hold() -> None:
    """Each test has a docstring sentence."""
    found = [
        f"{name}:{node.lineno} {node.name}"
        for name in files(".py")
        if name.startswith("tests/")
        for node in functions(name)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert found == []


def test_no_mark_hides_a_test_from_all_suites() -> None:
    """Marks that make a suite stand by name in the files of the tests that have them: others of its run go unread."""
    given = re.compile(rf"\bmark\.(?:{'|'.join(SUITES_BY_MARK)})\b|getattr\(.*\bmark\b")
    found = [
        name
        for name in files(".py")
        if name.startswith("tests/") and not name.rpartition("/")[2].startswith("test_") and given.search(text(name))
    ]
    assert found == []
    assert {suite.markers.partition(" ")[0] for suite in SUITES} == {*SUITES_BY_MARK, "not"}


MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|root|farm)/", re.MULTILINE)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b|\bst" + r"ub\b")
SKIPPING = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importor" + r"skip)")


@pytest.mark.parametrize(
    ("pattern", "endings"),
    [
        pytest.param(
            MACHINE_PATH, (".py", ".md", ".toml", ".yml", ".json", ".html", ".css", ".js"), id="machine paths"
        ),
        pytest.param(UNFINISHED, (".py",), id="unfinished work"),
        pytest.param(SKIPPING, (".py",), id="skipped tests"),
        pytest.param(re.compile("https?://"), (".lock",), id="addresses in locks"),
    ],
)
def test_text_without(pattern: re.Pattern[str], endings: tuple[str, ...]) -> None:
    """No file holds a path of one machine, unfinished work, a skipped test, or a download address in a lock."""
    found = [f"{name}: {match.group().strip()}" for name in files(*endings) for match in pattern.finditer(text(name))]
    assert found == []


def test_every_folder_of_code_is_a_package() -> None:
    """Each folder with modules has an __init__.py: without one the import rules and the wheel would not see it."""
    folders = {parent for name in files(".py") for parent in Path(name).parents if parent != Path()}
    assert {str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()} <= {"benchmarks"}


def test_every_module_is_used() -> None:
    """Each module is imported by another or named in full where something starts it."""
    everything = {name: text(name) for name in files(".py", ".toml", ".yml", ".sh", "galleria", "Dockerfile")}
    imported = {target for _, target in arrows()}
    found = []
    for name in sources():
        module = module_of(name)
        if name.endswith("/__init__.py") or migration(name) or module in imported:
            continue
        quoted = re.compile(
            rf"(?<![\w.]){re.escape(module)}(?![\w.]*\w)|{re.escape(name)}|\"{re.escape(name.split('/')[-1])}\""
        )
        if not any(quoted.search(content) for other, content in everything.items() if other != name):
            found.append(name)
    assert found == []


def composed_names() -> list[re.Pattern[str]]:
    """File names put together in the code, as patterns: `f"money_{kind}.html"` may mean any money_….html."""
    nodes = (node for name in sources() for node in ast.walk(tree(name)) if isinstance(node, ast.JoinedStr))
    shapes = (
        "".join(re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+" for each in node.values)
        for node in nodes
    )
    return [re.compile(shape) for shape in shapes if re.search(r"^\w.*\.[a-z]{2,4}$", shape)]


def test_every_page_file_is_used() -> None:
    """Each template and static file is named by some other file, whole or put together."""
    pages = [name for name in files("") if "/templates/" in name or "/static/" in name]
    naming = {name: text(name) for name in files(".py", ".html", ".css", ".js", ".txt", ".xml")}
    composed = composed_names()
    found = [
        name
        for name in pages
        if not any(Path(name).name in content for other, content in naming.items() if other != name)
        if not any(pattern.fullmatch(Path(name).name) for pattern in composed)
    ]
    assert found == []
