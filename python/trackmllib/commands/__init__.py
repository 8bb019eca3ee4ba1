"""The commands of ``trackmllib`` that have a file of their own."""
