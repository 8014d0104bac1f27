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
version listen memory started_at uptime_ms clients connections users parked rooms history_bytes max_clients accepted handshakes handshakes_refused requests messages_in messages_dropped private_messages messages_repeated deliveries errors_sent resumed replayed history_evicted bytes_in bytes_out queued_bytes held_bytes messages_compressed_in messages_compressed_out bytes_compressed_in bytes_inflated_in bytes_compressed_out bytes_inflated_out api_calls api_errors api_unauthorized refused_connections refused_hosts refused_origins refused_banned refused_guests refused_tickets tls_errors refused_heads refused_rooms messages_too_big messages_too_split timeouts_handshake timeouts_message timeouts_ping timeouts_idle timeouts_close timeouts_drain slow_consumers over_mem_limit rate_limited control_floods muted slowed protocol_errors out_of_memory accept_pauses loop_lag_ms
-- clients --
403
yes
yes
HTTP/1.1 200 OK |
