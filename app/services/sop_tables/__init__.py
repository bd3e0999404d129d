"""Tables of SOPs, as offices keep them in Word, spreadsheets and CSV, read and made into drafts. No session."""
