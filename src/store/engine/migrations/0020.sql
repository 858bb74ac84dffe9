-- Texts of a carrier's list to people who were erased after them: a recovery leaves them out.
ALTER TABLE recovery_list ADD COLUMN n_erased INTEGER NOT NULL DEFAULT 0;
