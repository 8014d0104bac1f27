--TEST--
The examples run, say how to try them, and do what they say
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('VALGRIND_OPTS')) die('skip a server for each line: minutes under valgrind, and the part asan has it'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/client.inc';
function example(string $name, array $arguments, callable $try): void
{
    global $port;
    $php = getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY;
    $command = "exec $php " . getenv('TEST_PHP_EXTRA_ARGS') . ' ' . escapeshellarg(__DIR__ . "/../../../examples/$name.php")
        . ' ws://127.0.0.1:0/ws ' . implode(' ', array_map('escapeshellarg', $arguments));
    $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']], $pipes);
    $line = fgets($pipes[1]);
    if (!preg_match('~//127\.0\.0\.1:(\d+)~', $line, $match)) {
        echo "$name does not say its address: $line\n";
    }
    $port = (int) $match[1];
    echo "-- $name\n";
    $try();
    proc_terminate($process); // SIGTERM
    stream_get_contents($pipes[1]);
    echo 'exit status ', proc_close($process), "\n";
}
example('server', [], function () {
    show(substr(brief(http('GET', '/')), 0, 15), substr(brief(http('GET', '/app.js')), 0, 15));
    [$a, $b] = [connect(), connect()];
    $a->say('hello :WAVE: 你好');
    show($b->read());
});
example('filter', [], function () {
    [$a, $b] = [connect(), connect()];
    $a->say(' ')->say('Heck!')->say('Heck!')->say('new');
    show($b->hear(), $b->hear());
});
putenv('CHAT_KEY=key of this test');
example('auth', [], function () {
    show((new Ws)->status(), (new Ws('/ws?token=anna.wrong'))->status());
    preg_match('~^Set-Cookie: (ticket=[^;]+)~m', http('GET', '/'), $match);
    $guest = connect('/ws', ['Cookie' => $match[1]]);
    $anna = connect('/ws?token=anna.' . hash_hmac('sha256', 'anna', getenv('CHAT_KEY')));
    $guest->say('hello');
    $anna->say('hi');
    show($anna->hear(), $guest->hear());
});
example('echo', ['max_message_size=3', 'rate_limit=null', 'origins=["*"]'], function () {
    $ws = connect('/ws', ['Origin' => 'https://example.com']);
    show($ws->text('abc')->read(), $ws->binary("\0")->read(), substr($ws->text('abcd')->read(), 0, 10));
});
example('push', [], function () {
    $a = connect();
    show($a->hear());
    $b = connect();
    show($a->hear(), $b->hear());
    $b->close();
    show($a->hear());
});
example('moderation', [], function () {
    [$mod, $anna, $guest] = [connect('/ws?name=moderator'), connect('/ws?name=anna'), connect()];
    $anna->say('THIS IS LOUD')->say('see https://example.com')->say('a damn word');
    show($guest->hear(), $guest->hear(), $mod->hear());
    $mod->say('/mute anna 5')->say('/mute')->say('/dance');
    show($mod->hear(), $mod->hear(), $mod->hear(), $mod->hear());
    $anna->say('unheard');
    show($anna->frame(9, 'looked at')->raw()[1]); // the pong says that it was looked at
    $mod->say('/unmute anna')->say('heard');
    show($guest->hear());
    $mod->say('/kick anna');
    show($anna->hear(), substr($anna->read(), 0, 10));
});
putenv('CHAT_SECRET=' . str_repeat('s', 32));
example('sso', [], function () {
    show((new Ws)->status());
    preg_match('~<pre[^>]*>([^<]+)</pre>~', http('GET', '/?user=bert'), $match);
    $ticket = urlencode($match[1]);
    show((new Ws("/ws?token=x$ticket"))->status());
    $old = connect("/ws?token=$ticket");
    $new = connect("/ws?token=$ticket");
    show(substr($old->read(), 0, 10));
    $new->close();
    [, $ticket] = explode("\r\n\r\n", http('GET', '/ticket?user=bert'));
    $bert = v1('{"type":"hello","token":"' . $ticket . '"}');
    show(preg_match('/"user":"bert","name":"Bert"/', $bert->raw));
    $bert->close();
    $nobody = connect('/ws', ['Sec-WebSocket-Protocol' => 'chatroom.v1'])->text('{"type":"hello"}');
    show($nobody->read(), $nobody->read());
});
example('customer-service', [], function () {
    show((new Ws)->status(), (new Ws('/ws?as=agent&key=wrong'))->status());
    [$first, $second] = [connect('/ws?as=visitor'), connect('/ws?as=visitor')];
    show($first->hear(), $second->hear());
    $agent = connect('/ws?as=agent&key=secret');
    while (($text = $first->hear()) !== 'An agent is here. How can we help?') {
    }
    $first->say('hello?');
    while (($text = $agent->hear()) !== 'hello?') {
    }
    show($text);
    $agent->close();
    while (($text = $first->hear()) !== 'Your agent had to leave. The next one is on the way.') {
    }
    show($first->hear());
});
?>
--EXPECT--
-- server
HTTP/1.1 200 OK
HTTP/1.1 200 OK
{"message":"hello 👋 你好","uid":"UUID"}
exit status 0
-- filter
****!
new
exit status 0
-- auth
401
401
Guest1: hello
Anna: hi
exit status 0
-- echo
abc
binary 00
close 1009
exit status 0
-- push
Welcome. You are the first.
Somebody came in.
Welcome. Others here: 1.
Somebody left (1000).
exit status 0
-- moderation
this is loud
a **** word
this is loud
a **** word
Done: /mute anna 5
Not done, Chatroom::mute(): Argument #1 ($userOrUid) must be 1 to 255 bytes long: /mute
Not done: /dance
looked at
heard
heard
close 4000
exit status 0
-- sso
401
401
close 4001
1
{"type":"kick","code":4003,"reason":"sign in first","retry":false}
close 4003 sign in first
exit status 0
-- customer-service
400
403
All agents are busy. You are number 1.
All agents are busy. You are number 2.
hello?
All agents are busy. You are number 1.
exit status 0
