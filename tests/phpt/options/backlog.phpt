--TEST--
Option backlog: so many connections wait in the kernel while nobody accepts them; those are served after
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('backlog', 0, -1, 65536, PHP_INT_MAX, '5', 5.5, null, []);
foreach ([1, 4, 511] as $backlog) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'backlog' => $backlog, 'callback_warn_ms' => 0]);
    $blocked = tempnam(sys_get_temp_dir(), 'chatroom');
    $chat->onText(function ($client) use ($blocked) {
        file_put_contents($blocked, 'blocked');
        for ($end = hrtime(true) + 20e9; file_exists($blocked) && hrtime(true) < $end;) {
            usleep(10000); // nobody is accepted meanwhile
            clearstatcache();
        }
        $client->sendRaw('now');
    });
    counting($chat, "\$blocked = '$blocked';" . <<<'PHP'
    $ws = connect();
    $ws->text('block');
    while (file_get_contents($blocked) === '') {
        usleep(10000);
    }
    $waiting = [];
    for ($i = 0; $i < 20; $i++) {
        $waiting[] = stream_socket_client("tcp://127.0.0.1:$port", $code, $error, null, STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT);
    }
    usleep(50000);
    $connected = array_filter($waiting, fn ($socket) => stream_socket_get_name($socket, true) !== false); // its SYN was answered
    show(count($connected) . ' of 20 wait');
    unlink($blocked);
    $served = 0;
    foreach ($connected as $socket) {
        write_all($socket, "GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        $served += str_starts_with(stream_get_contents($socket), 'HTTP/1.1 200 ');
    }
    show($served === count($connected) ? 'all of them are served' : "$served are served", $ws->read());
    PHP);
}
?>
--EXPECT--
option "backlog" must be between 1 and 65535
option "backlog" must be of type int, string given
option "backlog" must be of type int, float given
option "backlog" must be of type int, null given
option "backlog" must be of type int, array given
-- clients --
2 of 20 wait
all of them are served
now
-- clients --
5 of 20 wait
all of them are served
now
-- clients --
20 of 20 wait
all of them are served
now
