"""Looking after the data of the desk: backup, restore, comparing files with rows, erasing."""
