--TEST--
D91: exit() keeps its status, in every callback
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach (['onStart', 'onOpen', 'onHandshake', 'onMessage', 'onClose', 'onStop', 'onRequest', 'onText', 'onBinary'] as $i => $setter) {
    [$output, $status] = other_php(<<<PHP
        \$chat = new Chatroom(ANY_PORT, ['log' => null]);
        \$chat->$setter(fn () => exit(10 + $i));
        clients(\$chat, '
            error_reporting(0);
            try {
                http("GET", "/");
                \$a = new Ws;
                match ("$setter") {
                    "onText" => \$a->text("x"),
                    "onBinary" => \$a->binary("x"),
                    default => \$a->say("x"),
                };
                \$a->close();
            } catch (RuntimeException) { // the server is gone
            }
        ');
        \$chat->run();
        echo 'unreached';
        PHP);
    echo "$setter: $status ", trim($output), "\n";
}
?>
--EXPECT--
onStart: 10 
onOpen: 11 -- clients --
onHandshake: 12 -- clients --
onMessage: 13 -- clients --
onClose: 14 -- clients --
onStop: 15 -- clients --
onRequest: 16 -- clients --
onText: 17 -- clients --
onBinary: 18 -- clients --
