// The words of the editor of tables in Indonesian; decision-en.js has the same keys.
export default {
  'views': 'Keputusan dalam berkas ini',
  'drawing': 'Gambar',
  'board': 'Tabel keputusan',
  'row': 'Baris',
  'aside': 'Coba, celah, dan temuan',
  'broken': 'Berkas ini tidak dapat dibuka sebagai tabel: {message} Isinya tidak diubah; unduh draf ini untuk memperbaikinya.',
  'findings.none': 'Tidak ada temuan pada berkas ini.',
  'try.failed': 'Server tidak terjangkau; hasil di bawah ini dari sebelum perubahan terakhir.',
  'try.kept': 'Masukan yang pernah dicoba ({count})',
  'try.forget': 'Lupakan semuanya'
};
