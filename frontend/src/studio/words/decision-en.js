// The words of the editor of tables in English; decision-id.js has the same keys.
export default {
  'views': 'Decisions in this file',
  'drawing': 'Drawing',
  'board': 'Decision table',
  'row': 'Row',
  'aside': 'Try, gaps and findings',
  'broken': 'This file cannot be opened as a table: {message} Its content is not changed; download the draft to repair it.',
  'findings.none': 'Nothing was found in this file.',
  'try.failed': 'The server cannot be reached; the result below is from before the last change.',
  'try.kept': 'Inputs tried before ({count})',
  'try.forget': 'Forget them all'
};
