<?php
/* One login for the site and its chat: php -d extension=chatroom examples/sso.php [ws://HOST:PORT/PATH]
 *
 * The site knows who is logged in; it makes a ticket with Chatroom::token() and puts it into the page. The chat server
 * shares the secret with the site and checks the ticket in C, before any PHP. Here both are one script: "/" plays the
 * site. In a real one, PHP-FPM makes the ticket: it needs the extension too, or any library for JSON Web Tokens. */

$secret = getenv('CHAT_SECRET') ?: bin2hex(random_bytes(32));

$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws', [
    'secret' => $secret,
    'guests' => false,                // who brings no ticket stays out
    'single_session' => 'kick_old',   // the newer login wins
    'presence' => true,
]);

$chat->onOnline(fn (string $user) => print("$user is online\n"));
$chat->onOffline(fn (string $user) => print("$user is offline\n"));

// The site: /?user=anna logs anna in, /ticket?user=anna is what her page asks for a ticket. A real site knows from its own
// session who asks, and takes nobody's word for it.
$chat->onRequest(function (Chatroom\Request $request) use ($secret): null|string|array {
    $user = $request->query('user') ?? 'anna';
    if (!in_array($request->path, ['/', '/ticket'], true) || !preg_match('/^\w{1,20}$/', $user)) {
        return null; // 404
    }
    // good for one minute: for the connection that is made now; the next one asks again
    $ticket = Chatroom::token($user, $secret, 60, ['name' => ucfirst($user)]);
    if ($request->path === '/ticket') {
        return [200, ['Content-Type' => 'text/plain', 'Cache-Control' => 'no-store'], $ticket];
    }
    return "<!doctype html><meta charset=utf-8><title>SSO</title><p>You are logged in as <b>$user</b>. Your ticket:"
        . "<pre style='white-space:pre-wrap'>$ticket</pre>"
        . "<p>A page of the site would say <code>new ChatroomClient('ws://…/ws', {token: () =>"
        . " fetch('/ticket?user=$user').then(answer => answer.text())})</code>: it is asked at each connect. A program that"
        . " speaks basic brings it along as <code>?token=</code>.";
});

$chat->onStart(function (Chatroom $chat) use ($secret): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "The site: {$page}?user=anna. With its ticket: $address?token=" . Chatroom::token('anna', $secret, 3600) . "\n";
});
$chat->run();
