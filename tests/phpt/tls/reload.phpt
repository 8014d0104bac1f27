--TEST--
reloadTls() and SIGHUP: new connections get the new certificate, old ones go on, a broken one changes nothing
--EXTENSIONS--
chatroom
--SKIPIF--
<?php require __DIR__ . "/skip.inc"; ?>
--FILE--
<?php
require __DIR__ . "/../inc/server.inc";
require __DIR__ . "/certs.inc";
make_cert('cert', 'first');
make_cert('other', 'other');
$log = [];
$chat = new Chatroom('wss://127.0.0.1:0/ws', [
    'tls' => pair('cert') + ['sni' => ['other.example.com' => array_values(pair('other'))]],
    'log' => function ($level, $line) use (&$log) {
        $log[] = "$level: " . str_replace(folder(), 'FOLDER', $line);
    },
]);
$chat->listen('ws://127.0.0.1:0/ws')->listen('unix://' . folder() . '/socket');
$chat->onText(function ($client, $text) use ($chat) {
    if ($text === 'junk') {
        file_put_contents(folder() . '/cert.crt', 'junk');
    } elseif ($text !== 'hup') {
        make_cert('cert', $text);
    }
    if ($text === 'hup' || $text === 'by signal') {
        exec("kill -HUP " . getmypid());
        $chat->after(0.05, fn () => $client->sendRaw('done'));
        return;
    }
    fails(fn () => $chat->reloadTls());
    $client->sendRaw('done');
});
clients($chat, <<<'PHP'
function subject(string $name): string
{
    global $tls;
    $tls = ['capture_peer_cert' => true, 'peer_name' => $name];
    $socket = open_socket();
    return openssl_x509_parse(stream_context_get_params($socket)['options']['ssl']['peer_certificate'])['subject']['CN'];
}
show(subject('example.com'), subject('other.example.com'), subject('OTHER.example.com'));
$old = connect();
foreach (['second', 'junk', 'hup', 'by signal'] as $text) {
    show($old->text($text)->read(), subject('example.com'), subject('other.example.com'));
}
PHP);
$chat->run();
foreach ($log as $line) {
    if (str_contains($line, 'certificate')) {
        echo $line, "\n";
    }
}
?>
--EXPECTF--
no exception
Chatroom\Exception: the file FOLDER/cert.crt holds no usable certificate in PEM form (%s)
error: the certificates stay as they are: the file FOLDER/cert.crt holds no usable certificate in PEM form (%s)
info: the certificates were read again
-- clients --
first
other
other
done
second
other
done
second
other
done
second
other
done
by signal
other
