--TEST--
callback_warn_ms: a callback that takes long is logged with its name, one that does not is not
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach ([20, 0] as $ms) {
    $chat = new Chatroom(ANY_PORT, ['callback_warn_ms' => $ms, 'log_level' => 'warning',
        'log' => function ($level, $line) { echo "[$level] ", preg_replace('/\d+/', 'N', $line), "\n"; }]);
    $chat->onStart(fn () => usleep(50000));
    $chat->after(0.001, function () use ($chat) { $chat->stop(); });
    $chat->run();
    echo "--\n";
}
?>
--EXPECT--
[warning] Chatroom::onStart() took N ms, in which nobody was served (N more such lines left out)
--
--
