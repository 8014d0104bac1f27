/* The lists of conversations and people: beside the log where there is room, else over it. */
import { byId } from './look.js';

const panels = [['open-side', 'side'], ['open-people', 'people']];
let opener = null;

function openPanel(button, panel) {
	opener = byId(button);
	byId(panel).classList.add('open');
	byId('shade').hidden = false;
	byId('chat').inert = true;
	opener.setAttribute('aria-expanded', 'true');
	byId(panel).querySelector('[data-close]').focus();
}

export function closePanels() {
	if (!opener) {
		return;
	}
	byId('chat').inert = false;
	byId('shade').hidden = true;
	for (const [button, panel] of panels) {
		byId(panel).classList.remove('open');
		byId(button).setAttribute('aria-expanded', 'false');
	}
	opener.focus();
	opener = null;
}

for (const [button, panel] of panels) {
	byId(button).addEventListener('click', () => openPanel(button, panel));
	byId(panel).querySelector('[data-close]').addEventListener('click', closePanels);
}
byId('shade').addEventListener('click', closePanels);
matchMedia('(min-width: 1080px)').addEventListener('change', closePanels);
