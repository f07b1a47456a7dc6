-- A license that was reissued with an overlap goes on holding for a while: until then its list does not say superseded.
ALTER TABLE status_list_entry ADD COLUMN superseded_from INTEGER;
