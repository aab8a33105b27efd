"""A simulated Mifos X (Apache Fineract): tenants with loans, and its own book of disbursals."""
