import pytest
from conftest import CAPTURES, INVITE

import simdsip

pa = pytest.importorskip("pyarrow", reason="pyarrow is what the other libraries are compared with")

TABLES = {
    "messages": simdsip.read_pcap,
    "calls": simdsip.calls,
    "registrations": simdsip.registrations,
    "transactions": simdsip.transactions,
}


@pytest.fixture(params=TABLES)
def table(request):
    return TABLES[request.param](CAPTURES / "mixed-400.pcap")


def simple(table):
    """The columns that every library compares alike."""
    plain = pa.table(table)
    names = [field.name for field in plain.schema if not (pa.types.is_nested(field.type) or pa.types.is_dictionary(field.type))]
    return plain.select(names), names


def test_pyarrow_takes_it_as_often_as_it_likes(table):
    first, second = pa.table(table), pa.table(table)
    first.validate(full=True)
    assert first.equals(second) and len(table) == first.num_rows > 0
    assert table.schema.names == first.column_names and len(table.schema) == first.num_columns
    assert pa.schema(table.schema).equals(first.schema, check_metadata=True)
    assert table.schema.metadata["simdsip.version"] == simdsip.__version__
    assert table.schema[0][0] == first.column_names[0]


def test_polars(table):
    pl = pytest.importorskip("polars", reason="polars is not installed")
    plain, names = simple(table)
    assert pl.DataFrame(table).select(names).to_dicts() == plain.to_pylist()
    assert pl.DataFrame(table).height == len(table)


def test_a_polars_scan_reads_what_is_asked_for():
    pl = pytest.importorskip("polars", reason="polars is not installed")
    from simdsip.polars import scan_pcap

    path = CAPTURES / "mixed-400.pcap"
    whole = pl.DataFrame(simdsip.read_pcap(path))
    lazy = scan_pcap(path)
    assert lazy.collect().equals(whole) and lazy.collect_schema() == whole.schema
    query = lambda frame: frame.filter(pl.col("status") == 401).select("frame", "call_id")  # noqa: E731
    assert query(lazy).collect().equals(query(whole)) and query(whole).height > 0
    assert "2/" in query(lazy).explain() or "PROJECT" in query(lazy).explain()
    assert lazy.head(5).collect().equals(whole.head(5))
    assert lazy.filter(pl.col("method") == "INVITE").head(3).collect().equals(whole.filter(pl.col("method") == "INVITE").head(3))
    assert lazy.select(pl.len()).collect().item() == whole.height


def test_duckdb(table):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    t = table  # noqa: F841: named in the queries
    for _ in range(2):
        assert duckdb.sql("select count(*) from t").fetchall() == [(len(table),)]
    plain, names = simple(table)
    texts = [name for name in names if pa.types.is_string(plain.schema.field(name).type)]
    chosen = ", ".join(f'"{name}"' for name in texts)
    assert duckdb.sql(f"select {chosen} from t").fetchall() == [tuple(row.values()) for row in plain.select(texts).to_pylist()]


def test_pandas(table):
    pd = pytest.importorskip("pandas", minversion="3", reason="pandas 3 has DataFrame.from_arrow")
    plain, names = simple(table)
    frame = pd.DataFrame.from_arrow(table)
    assert list(frame.columns) == table.schema.names and len(frame) == len(table)
    for name in names:
        if pa.types.is_string(plain.schema.field(name).type):
            assert [None if pd.isna(value) else value for value in frame[name]] == plain[name].to_pylist()


def test_spark_types_have_neither_dictionaries_nor_nanoseconds():
    schema = pa.schema(simdsip.calls(CAPTURES / "calls.pcap", types="spark").schema)
    assert not any(pa.types.is_dictionary(field.type) for field in schema)
    assert schema.field("ts_start").type == pa.timestamp("us", "UTC")


def test_html_shows_attackers_text_as_text(tmp_path):
    evil = INVITE.replace(b"sip:bob@", b"sip:<script>alert(1)</script>\xe2\x80\xae@")
    payload = evil
    udp = (5060).to_bytes(2, "big") * 2 + (8 + len(payload)).to_bytes(2, "big") + bytes(2)
    ip = bytes([0x45, 0]) + (28 + len(payload)).to_bytes(2, "big") + bytes(4) + bytes([64, 17, 0, 0]) + bytes([192, 0, 2, 1]) + bytes([192, 0, 2, 2])
    packet = ip + udp + payload
    head = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000")
    record = bytes(8) + len(packet).to_bytes(4, "little") * 2
    path = tmp_path / "evil.pcap"
    path.write_bytes(head + record + packet)
    table = simdsip.read_pcap(path)
    page = table._repr_html_()
    assert len(table) == 1 and "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page
    assert repr(table).startswith("<simdsip.Table messages/1: 1 rows")


def test_parse_many():
    values = [INVITE, None, b"junk", INVITE.replace(b"INVITE", b"UPDATE")]
    def check(many):
        array = pa.array(many)
        assert len(many) == 4 and array.null_count == 1 and array[1].as_py() is None
        kinds = [row and (row["kind"], row["method"], row["from_tag"]) for row in array.to_pylist()]
        assert kinds == [("request", "INVITE", "88sja8x"), None, (None, None, None), ("request", "UPDATE", "88sja8x")]
        return array

    whole = check(simdsip.parse_many(values))
    for ty in (pa.binary(), pa.large_binary()):
        assert check(simdsip.parse_many(pa.array(values, ty))).equals(whole)
    sliced = pa.array([b"x", *values, b"y"], pa.binary()).slice(1, 4)
    assert check(simdsip.parse_many(sliced)).equals(whole)
    assert check(simdsip.parse_many(pa.chunked_array([values[:2], values[2:]], pa.binary()))).equals(whole)
    assert pa.table(simdsip.parse_many(values)).column_names == whole.type.names
    assert len(simdsip.parse_many([])) == 0 == len(simdsip.parse_many(pa.array([], pa.binary())))
    with pytest.raises(TypeError, match="binary"):
        simdsip.parse_many(pa.array([1]))
    for wrong in (INVITE, INVITE.decode("latin-1"), bytearray(INVITE), [5], [INVITE, 5], 5, [[INVITE]]):
        with pytest.raises(TypeError):
            simdsip.parse_many(wrong)
    assert pa.array(simdsip.parse_many([bytearray(INVITE), memoryview(INVITE), None])).null_count == 1


def test_parse_many_of_polars():
    pl = pytest.importorskip("polars", reason="polars is not installed")
    series = pl.Series([INVITE, None], dtype=pl.Binary)
    assert pa.array(simdsip.parse_many(series)).field("method").to_pylist()[:1] == ["INVITE"]


def test_the_columns_are_described():
    described = simdsip.schema("calls")
    assert [column["name"] for column in described["columns"]][:1] == ["call_key"]
    with pytest.raises(ValueError, match="table"):
        simdsip.schema("packets")
