"""Questions over all cases and events: what is asked, how it is answered, samples of the answer with findings."""
