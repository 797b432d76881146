"""Whose data it is and who acts: database, isolation, identity, permissions, audit, files, jobs, mail."""
