// Where the server is. On real phones it must be wss://, on a domain that is in the program's list; see README.md.
export const url = 'ws://127.0.0.1:8080/ws';
export const room = 'lobby';
