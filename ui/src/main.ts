import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { useLanguage } from './messages/index.svelte';

await useLanguage();
mount(App, { target: document.getElementById('app') as HTMLElement });
