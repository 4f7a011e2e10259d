"""What a hostile run may do to its neighbours and to the bot: nothing, where the walls stand."""
