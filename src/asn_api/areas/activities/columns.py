"""Activities as a table for spreadsheets."""

from asn_api.core.http.exports import Column

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["nip"]),
    Column("Nama", "Name", lambda row: row["name"]),
    Column("Hari", "Day", lambda row: row["day"]),
    Column("Mulai", "Start", lambda row: row["start_at"].astimezone(row["zone"].tz)),
    Column("Selesai", "End", lambda row: row["end_at"].astimezone(row["zone"].tz)),
    Column("Kategori", "Category", lambda row: row["category"]),
    Column("Uraian", "Description", lambda row: row["description"]),
    Column("Jumlah keluaran", "Output quantity", lambda row: row["output_quantity"]),
    Column("Satuan", "Output unit", lambda row: row["output_unit"]),
    Column("Menit dilaporkan", "Claimed minutes", lambda row: row["minutes"]),
    Column("Keadaan", "Status", lambda row: row["status"]),
    Column("Menit terverifikasi", "Verified minutes", lambda row: row["verified_minutes"]),
    Column("Catatan", "Comment", lambda row: row["comment"]),
    Column("Tanda", "Flags", lambda row: ", ".join(row["flags"])),
)
