"""Finding cases by the words in them: one index for all that whoever sees a case may read in it; decision 52."""
