"""`isegoria schema export`."""

from click.testing import CliRunner

from isegoria.cli.schema import schema
from schemas.contracts import documents


def test_export_writes_every_document_into_the_folder(tmp_path):
    folder = tmp_path / "new" / "folder"
    result = CliRunner().invoke(schema, ["export", "--output", str(folder)])
    assert (0, f"{folder}: {len(documents())} documents\n") == (result.exit_code, result.output)
    assert documents() == {path.name: path.read_bytes() for path in folder.iterdir()}
