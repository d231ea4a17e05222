"""How far an interval can be trusted: judged by its neighbours, its place's history and the camera's health."""
