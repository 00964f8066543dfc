SELECT id, head_seq FROM {schema}.chatter_room WHERE id = ANY ($1::uuid[])
