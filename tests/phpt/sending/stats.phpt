--TEST--
stats(): what it counts
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(fn ($text) => $text !== 'no');
$chat->onRequest(function () use ($chat) {
    $stats = $chat->stats();
    $expected = ['clients' => 3, 'rooms' => 1, 'handshakes' => 3, 'handshakes_refused' => 1, 'messages_in' => 2,
        'messages_dropped' => 1, 'deliveries' => 2, 'refused_origins' => 1, 'slow_consumers' => 0, 'out_of_memory' => 0];
    foreach ($expected as $name => $value) {
        echo $stats[$name] === $value ? '' : "$name is $stats[$name], not $value\n";
    }
    foreach (['started_at', 'max_clients', 'accepted', 'bytes_in', 'bytes_out', 'connections'] as $name) {
        echo $stats[$name] > 0 ? '' : "$name is $stats[$name]\n";
    }
    var_dump($stats['version'] === Chatroom::VERSION, $stats['version'] === phpversion('chatroom'));
    return '';
});
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$c = connect();
show((new Ws('/ws', ['Origin' => 'https://evil.example']))->status());
$a->say('no')->say('yes');
show($b->hear(), $c->hear());
show(brief(http('GET', '/')));
PHP);
$chat->run();
echo implode(' ', array_keys($chat->stats())), "\n";
?>
--EXPECT--
bool(true)
bool(true)
version listen memory started_at uptime_ms clients connections rooms max_clients accepted handshakes handshakes_refused requests messages_in messages_dropped deliveries bytes_in bytes_out queued_bytes refused_connections refused_origins tls_errors timeouts_handshake timeouts_message timeouts_ping timeouts_idle timeouts_close slow_consumers rate_limited protocol_errors users parked history_bytes private_messages messages_repeated errors_sent resumed replayed muted slowed refused_banned refused_tickets out_of_memory accept_pauses
-- clients --
403
yes
yes
HTTP/1.1 200 OK |
