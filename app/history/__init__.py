"""The record of what happened: its events with their sentences, the one writer, and the reader.

`events` has a module a noun, with a class for each type: what its data holds, and how it is told; `catalogue` knows
them all. `writer` stores events and `reader` returns them as `catalogue.Entry`, whose `describe` puts one into a
sentence in the language of the moment; its parts may become links. Nothing here knows HTML, a request, the engine or
forms: pages, API, PDF, export and command line all speak from it.
"""

import app.history.events  # noqa: F401  so that the catalogue is whole for whoever reads it
