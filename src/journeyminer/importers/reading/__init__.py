"""Reading: files, folders and archives become one log; every file is identified, with the reason."""
