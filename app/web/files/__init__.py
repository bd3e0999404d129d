"""Files over HTTP: attachments handed out, and files of a deployment taken in."""
