"""The record of what happened: its events, the one writer, the reader, and the words of each event.

`events` is the catalogue: a class for each type, which says what its data holds. `writer` stores events and `reader`
returns them as `entry.Entry`. `words.describe` puts one into a sentence in the language of the moment; its parts may
become links. Nothing here knows HTML, a request, the engine or forms: pages, API, PDF, export and command line all
speak from it.
"""
