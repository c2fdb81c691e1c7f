"""What a rule needs, fetched from the archive: find a customer, staff, product; the records around a plan; ledgers."""
