"""A small made-up estate's logs, true to AWS's layouts, with the truth beside them."""
