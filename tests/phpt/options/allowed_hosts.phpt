--TEST--
Option allowed_hosts: any other Host gets 421, whatever it asks for, and counts once as a refused host
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('allowed_hosts', ['example.com/'], [''], ['https://example.com'], ['a b'], ["a\n"], ['*'], ['*.example.com'], ['u@example.com'],
    [5], [null], 'example.com', null, 5);
$chat = new Chatroom(ANY_PORT, ['log' => null, 'allowed_hosts' => ['chat.example', 'other.example:8443', '127.0.0.1']]);
counting($chat, <<<'PHP'
foreach (['chat.example', 'CHAT.Example', "chat.example:$port", 'chat.example:1', 'other.example:8443', 'other.example', "127.0.0.1:$port",
    'localhost', 'evil.example', 'chat.example.evil.example', 'evilchat.example', 'chat.example.', '[::1]', '127.0.0.2'] as $host) {
    show(str_replace($port, 'PORT', "$host: ") . (new Ws('/ws', ['Host' => $host, 'Origin' => "http://$host"]))->status()
        . ' ' . (new Ws('/ws', ['Host' => $host]))->status() . ' ' . substr(http('GET', '/stats', ['Host' => $host]), 9, 3));
}
show(counters());
PHP);
?>
--EXPECT--
option "allowed_hosts": "example.com/" is not a host such as example.com or example.com:8080
option "allowed_hosts": "" is not a host such as example.com or example.com:8080
option "allowed_hosts": "https://example.com" is not a host such as example.com or example.com:8080
option "allowed_hosts": "a b" is not a host such as example.com or example.com:8080
option "allowed_hosts": "a
" is not a host such as example.com or example.com:8080
option "allowed_hosts": "*" is not a host such as example.com or example.com:8080
option "allowed_hosts": "*.example.com" is not a host such as example.com or example.com:8080
option "allowed_hosts": "u@example.com" is not a host such as example.com or example.com:8080
option "allowed_hosts" must be of type list of strings, int given
option "allowed_hosts" must be of type list of strings, null given
option "allowed_hosts" must be of type array, string given
option "allowed_hosts" must be of type array, null given
option "allowed_hosts" must be of type array, int given
-- clients --
chat.example: 101 101 200
CHAT.Example: 101 101 200
chat.example:PORT: 101 101 200
chat.example:1: 101 101 200
other.example:8443: 101 101 200
other.example: 421 421 421
127.0.0.1:PORT: 101 101 200
localhost: 421 421 421
evil.example: 421 421 421
chat.example.evil.example: 421 421 421
evilchat.example: 421 421 421
chat.example.: 421 421 421
[::1]: 421 421 421
127.0.0.2: 421 421 421
{"refused_hosts":24}
