"""AWS objects become rows: the only room that knows S3, SQS, boto3 and raw JSON shapes."""
