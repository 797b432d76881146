"""What is measured, and the data generator. Tables are printed; nothing here is asserted."""
