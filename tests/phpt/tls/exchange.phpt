--TEST--
wss://: chat, a plain request, large messages both ways, and plain HTTP on the TLS port
--EXTENSIONS--
chatroom
--SKIPIF--
<?php require __DIR__ . "/skip.inc"; ?>
--FILE--
<?php
require __DIR__ . "/../inc/server.inc";
require __DIR__ . "/certs.inc";
make_cert('one');
$chat = new Chatroom('wss://127.0.0.1:0/ws', ['log' => null, 'tls' => pair('one'), 'max_message_size' => 1 << 20]);
$chat->onRequest(fn ($request) => "page for $request->ip");
$chat->onBinary(fn ($client, $bytes) => $client->sendRaw(strrev($bytes), true));
clients($chat, <<<'PHP'
show(brief(http('GET', '/')));
$tls = [];
show(brief(http('GET', '/')));
$a = connect(headers: ['Origin' => "https://127.0.0.1:$port", 'Host' => "127.0.0.1:$port"]);
$b = connect();
$a->say('over TLS');
show($b->read());
$bytes = str_repeat('0123456789', 100000);
$b->binary($bytes);
show($b->read() === 'binary ' . bin2hex(strrev($bytes)));
foreach (['http', 'https'] as $scheme) { // without a port the page's is 80 or 443, and so must be the Host's
    show((new Ws('/ws', ['Origin' => "$scheme://127.0.0.1", 'Host' => '127.0.0.1']))->status());
}
show($a->close());
PHP);
$chat->run();
$stats = $chat->stats();
echo preg_replace('/:\d+/', ':PORT', $stats['listen'][0]), ", {$stats['tls_errors']} TLS errors\n";
?>
--EXPECT--
wss://127.0.0.1:PORT/ws, 0 TLS errors
-- clients --
HTTP/1.1 400 Bad Request | 400 Bad Request
This port speaks TLS: use https:// or wss://.
HTTP/1.1 200 OK | page for 127.0.0.1
{"message":"over TLS","uid":"UUID"}
true
403
101
close 1000 
