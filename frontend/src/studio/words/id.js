// The words that all editors of the studio share, in Indonesian; en.js has the same keys. Each editor's own stand beside it.
export default {
  // Saving
  'save.idle': 'Tersimpan',
  'save.dirty': 'Belum tersimpan',
  'save.saving': 'Menyimpan…',
  'save.saved': 'Tersimpan {time}',
  'save.failed': 'Belum tersimpan: server tidak terjangkau. Dicoba lagi {seconds} detik lagi; jangan tutup halaman ini.',
  'save.refused': 'Belum tersimpan: {message}',
  'save.signedOut': 'Belum tersimpan: sesi Anda berakhir. Masuk lagi di tab baru; yang Anda ubah tetap di sini dan disimpan sesudahnya.',
  'save.signIn': 'Masuk lagi',
  'save.gone': 'Belum tersimpan: draf ini sudah dibuang atau diterbitkan. Unduh milik Anda bila masih diperlukan.',
  'save.conflict': 'Belum tersimpan: orang lain sudah menyimpan berkas ini.',
  'save.compare': 'Bandingkan',
  'save.retry': 'Coba sekarang',

  // Somebody else saved
  'conflict.title': '{file} sudah disimpan orang lain',
  'conflict.text': '{name} menyimpan pada {time}, sesudah Anda mulai. Tidak ada yang ditimpa. Pilih versi yang diteruskan; yang berbeda ditandai.',
  'conflict.somebody': 'Orang lain',
  'conflict.theirs': 'Milik {name}, {time}',
  'conflict.other': 'Versi lain',
  'conflict.mine': 'Milik Anda, belum tersimpan',
  'conflict.take': 'Ambil milik {name}',
  'conflict.keep': 'Simpan milik saya sebagai gantinya',
  'conflict.download': 'Unduh milik saya',
  'conflict.later': 'Putuskan nanti',
  'conflict.sure.take': 'Yang Anda ubah sejak penyimpanan terakhir digantikan oleh milik {name}. Lanjutkan?',
  'conflict.sure.keep': 'Yang diubah {name} digantikan oleh milik Anda. Lanjutkan?',
  'conflict.unreadable': 'Versi ini tidak dapat dibaca; di bawah ini isi berkasnya.',
  'conflict.written': 'Isi berkasnya',
  'yes.take': 'Ya, ambil milik {name}',
  'yes.keep': 'Ya, ganti dengan milik saya',
  'no': 'Batal',

  // Findings
  'findings': 'Temuan',
  'findings.checking': 'Memeriksa…',
  'findings.failed': 'Pemeriksaan tidak terjangkau; dicoba lagi pada perubahan berikutnya.',
  'findings.elsewhere': ['{count} temuan di tempat lain dalam draf ini', '{count} temuan di tempat lain dalam draf ini'],
  'findings.error': ['{count} galat', '{count} galat'],
  'findings.warning': ['{count} peringatan', '{count} peringatan'],
  'findings.info': ['{count} catatan', '{count} catatan'],
  'severity.error': 'Galat',
  'severity.warning': 'Peringatan',
  'severity.info': 'Catatan',

  // Acts
  'undo': 'Urungkan',
  'redo': 'Ulangi',
  'download': 'Unduh'
};
