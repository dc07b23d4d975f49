"""Spark reads what `--types spark` writes. PySpark and Java are no requirement of the tests: without them this skips."""

import shutil
import subprocess
import sys

import pytest
from conftest import CAPTURES

import simdsip

pa = pytest.importorskip("pyarrow", reason="pyarrow is what Spark's rows are compared with")
sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install pyspark")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java: there is no java on the path", allow_module_level=True)

CAPTURE = CAPTURES / "mixed-400.pcap"
TABLES = {"messages": simdsip.read_pcap, "calls": simdsip.calls, "registrations": simdsip.registrations, "transactions": simdsip.transactions}


def write(*arguments):
    subprocess.run([sys.executable, "-m", "simdsip", *arguments, "--types", "spark", CAPTURE], check=True, cwd=CAPTURES)


@pytest.fixture(scope="module")
def spark():
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    # Times as they are, not as the machine's zone has them.
    session = builder.config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "1").getOrCreate()
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", TABLES)
def test_spark_reads_the_parquet_of_the_command(spark, table, tmp_path):
    # Many files, as a cluster would read them. Digest responses are keyed hashes, new in each run: shown here.
    out = tmp_path / "rows"
    rows = ["--rows-per-file", "100"] if table == "messages" else []
    target = str(out) + "/" if rows else str(tmp_path / "rows.parquet")
    write(table, "--show-secrets", "--parquet", target, *rows)
    read = spark.read.parquet(target.rstrip("/"))
    expected = pa.table(TABLES[table](CAPTURE, types="spark"))
    assert read.columns == expected.column_names and read.count() == expected.num_rows > 0
    kinds = {name: kind for name, kind in read.dtypes}
    assert not any("void" in kind or "ntz" in kind for kind in kinds.values())
    # Epochs, not datetimes: those would come in the zone of the machine.
    times = [name for name, kind in kinds.items() if kind == "timestamp"]
    assert times
    plain = read.selectExpr(*[f"unix_micros({name}) as {name}" if name in times else name for name in read.columns])

    def simple(value):
        if isinstance(value, (bytes, bytearray)):
            return bytes(value)
        if isinstance(value, list):
            return [simple(one) for one in value]
        if hasattr(value, "asDict"):
            return tuple(simple(one) for one in value)
        return tuple(simple(one) for one in value.values()) if isinstance(value, dict) else value

    index = {name: expected.schema.get_field_index(name) for name in times}
    for name, at in index.items():
        expected = expected.set_column(at, name, expected.column(name).cast(pa.int64()))
    order = lambda rows: sorted(rows, key=repr)  # noqa: E731
    found = order([tuple(simple(value) for value in row) for row in plain.collect()])
    assert found == order([tuple(simple(value) for value in row.values()) for row in expected.to_pylist()])


@pytest.mark.filterwarnings("ignore")
def test_spark_asks_as_it_asks_other_tables(spark, tmp_path):
    target = str(tmp_path / "messages.parquet")
    write("messages", "--parquet", target)
    spark.read.parquet(target).createOrReplaceTempView("messages")
    asked = spark.sql("select method, count(*) as n from messages where kind = 'request' group by method").collect()
    assert {row["method"]: row["n"] for row in asked} == simdsip.stats(CAPTURE)["methods"]
    odd = spark.sql("select count(*) as n from messages lateral view explode(defects) as defect").collect()
    assert odd[0]["n"] == sum(len(row["defects"]) for row in pa.table(simdsip.read_pcap(CAPTURE, "defects")).to_pylist())
