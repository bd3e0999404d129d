"""Diagrams with sub-processes, calls and rounds, as `drawn` reads them."""

CALL = """
start mulai
sub panggil {how}
start awal in=panggil
user a in=panggil
user b in=panggil
end usai in=panggil
user lapor
end selesai
mulai -> panggil -> lapor -> selesai
awal -> a -> b -> usai
"""


BOUNDED = """
start mulai
sub rapat
timer lewat on=rapat text=P3D {how}
start awal in=rapat
user undang in=rapat
user catat in=rapat
end usai in=rapat
user lapor
user tegur
end selesai
end beres
mulai -> rapat -> lapor -> selesai
awal -> undang -> catat -> usai
lewat -> tegur -> beres
"""

ROUNDS = """
start mulai
user minta each=unit as=u collect=jawab into=semua {how}
user rangkum
end selesai
mulai -> minta -> rangkum -> selesai
"""

ERRORS = """
start mulai
sub bayar
error gagal on=bayar code={caught}
start awal in=bayar
and cabang in=bayar
user kirim in=bayar
user catat in=bayar
end beres in=bayar
end rugi error=E1 in=bayar
user ulang
end selesai
end usai
mulai -> bayar -> selesai
gagal -> ulang -> usai
awal -> cabang -> kirim -> rugi
cabang -> catat -> beres
"""
