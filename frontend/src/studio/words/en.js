// The words that all editors of the studio share, in English; id.js has the same keys. Each editor's own stand beside it.
export default {
  // Saving
  'save.idle': 'Saved',
  'save.dirty': 'Not saved yet',
  'save.saving': 'Saving…',
  'save.saved': 'Saved {time}',
  'save.failed': 'Not saved: the server cannot be reached. Trying again in {seconds} seconds; do not close this page.',
  'save.refused': 'Not saved: {message}',
  'save.signedOut': 'Not saved: you were signed out. Sign in again in a new tab; what you changed stays here and is saved then.',
  'save.signIn': 'Sign in again',
  'save.gone': 'Not saved: this draft was discarded or published. Download yours if you still need it.',
  'save.conflict': 'Not saved: somebody else saved this file.',
  'save.compare': 'Compare',
  'save.retry': 'Try now',

  // Somebody else saved
  'conflict.title': 'Somebody else saved {file}',
  'conflict.text': '{name} saved at {time}, after you had begun. Nothing was overwritten. Choose the version to go on with; what differs is marked.',
  'conflict.somebody': 'Somebody else',
  'conflict.theirs': '{name}’s, {time}',
  'conflict.other': 'The other version',
  'conflict.mine': 'Yours, not saved yet',
  'conflict.take': 'Take {name}’s',
  'conflict.keep': 'Save mine instead',
  'conflict.download': 'Download mine',
  'conflict.later': 'Decide later',
  'conflict.sure.take': 'What you changed since it was last saved is replaced by {name}’s. Go on?',
  'conflict.sure.keep': 'What {name} changed is replaced by yours. Go on?',
  'conflict.unreadable': 'This version cannot be read; below is what the file holds.',
  'conflict.written': 'What the file holds',
  'yes.take': 'Yes, take {name}’s',
  'yes.keep': 'Yes, replace it with mine',
  'no': 'Cancel',

  // Findings
  'findings': 'Findings',
  'findings.checking': 'Checking…',
  'findings.failed': 'The check cannot be reached; it is tried again with the next change.',
  'findings.elsewhere': ['{count} finding elsewhere in this draft', '{count} findings elsewhere in this draft'],
  'findings.error': ['{count} error', '{count} errors'],
  'findings.warning': ['{count} warning', '{count} warnings'],
  'findings.info': ['{count} note', '{count} notes'],
  'severity.error': 'Error',
  'severity.warning': 'Warning',
  'severity.info': 'Note',

  // Acts
  'undo': 'Undo',
  'redo': 'Redo',
  'download': 'Download'
};
