--TEST--
Options max_connections and max_connections_per_ip: who comes in over it gets 503, and each counts once as a refused connection
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('max_connections', -1, 10000001, PHP_INT_MIN, '5', 5.5, null, []);
refused_values('max_connections_per_ip', -1, 10000001, PHP_INT_MAX, 'x', 0.5, null);
foreach (['max_connections', 'max_connections_per_ip'] as $option) {
    foreach ([1, 3] as $max) {
        $chat = new Chatroom(ANY_PORT, ['log' => null, $option => $max]);
        $chat->onMessage(fn ($client, $message) => $client->sendRaw(json_encode(limits_met($chat))) && false);
        counting($chat, "\$max = $max;" . <<<'PHP'
        $in = array_map(fn () => connect(), range(1, $max));
        $over = array_map(fn () => new Ws, range(1, 5));
        show(implode(' ', array_map(fn ($ws) => $ws->status(), $over)), $over[0]->rest(), strtok(http('GET', '/stats'), "\r"));
        show($in[0]->say('x')->read());
        $in[0]->drop();
        unset($over); // who is told 503 counts until it has gone
        do { // there is room again once the server knows
            unset($ws); // the one before is in the way
            usleep(10000);
            $ws = new Ws;
        } while ($ws->status() === 503);
        $ws->drop();
        show('in again');
        array_map(fn ($ws) => $ws->drop(), array_slice($in, 1));
        PHP);
        var_dump($chat->stats()['max_clients'] >= $max, $chat->stats()['accepted'] > $max + 6);
    }
}
?>
--EXPECT--
option "max_connections" must be between 0 and 10000000
option "max_connections" must be of type int, string given
option "max_connections" must be of type int, float given
option "max_connections" must be of type int, null given
option "max_connections" must be of type int, array given
option "max_connections_per_ip" must be between 0 and 10000000
option "max_connections_per_ip" must be of type int, string given
option "max_connections_per_ip" must be of type int, float given
option "max_connections_per_ip" must be of type int, null given
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
-- clients --
503 503 503 503 503
503 Service Unavailable
The server is full.
HTTP/1.1 503 Service Unavailable
{"refused_connections":6}
in again
-- clients --
503 503 503 503 503
503 Service Unavailable
The server is full.
HTTP/1.1 503 Service Unavailable
{"refused_connections":6}
in again
-- clients --
503 503 503 503 503
503 Service Unavailable
The server is full.
HTTP/1.1 503 Service Unavailable
{"refused_connections":6}
in again
-- clients --
503 503 503 503 503
503 Service Unavailable
The server is full.
HTTP/1.1 503 Service Unavailable
{"refused_connections":6}
in again
